"""What a SIS record becomes on the platform, given the administrator's choices. Pure: values in, values out."""
