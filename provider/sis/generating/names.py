"""Plausible names. They belong to nobody in particular."""


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split())


FIRST_NAMES = _words("""
    Aaliyah Aaron Abigail Adam Adrian Aiden Alejandro Alexa Alice Amara Amelia Amina Andre Angela Anika Anthony
    Aria Arjun Arthur Asher Ava Beatriz Benjamin Bianca Brandon Camila Carlos Caroline Carter Charlotte Chloe Clara
    Connor Daniel David Diego Dominic Elena Eli Elijah Eliza Emilia Emma Ethan Eva Ezra Farah Felix Fiona Gabriel
    Grace Hana Hannah Harper Hassan Henry Hugo Ibrahim Imani Irene Isaac Isabel Ivan Jada Jamal James Jasmine Jonah
    Jordan Jose Josephine Julia Kai Kayla Keisha Kenji Laila Lars Laura Leo Leila Liam Lin Logan Lucas Lucia Luis
    Lydia Madison Malik Marcus Maria Mason Mateo Maya Mei Mia Micah Mila Mohammed Nadia Naomi Nathan Nia Nina Noah
    Nora Oliver Olivia Omar Oscar Owen Paloma Penelope Peter Priya Quinn Rafael Rachel Rosa Ruby Samir Samuel Sara
    Sebastian Selma Simone Sofia Stella Sven Tamika Teresa Theo Thomas Tobias Uma Valentina Victor Violet Wei
    William Wyatt Xavier Yara Yusuf Zachary Zainab Zoe
""")

LAST_NAMES = _words("""
    Abbott Acosta Adeyemi Aguilar Ahmed Ali Allen Alvarez Anders Andrade Baker Banerjee Barnes Becker Bell Bennett
    Berg Bianchi Bishop Blake Boyd Brandt Brooks Bryant Burke Byrne Cabrera Campos Carlson Castillo Chan Chavez
    Chen Cho Christensen Clark Coleman Cooper Cruz Cunningham Dalton Daniels Das Davis Delgado Diaz Dixon Doyle
    Dubois Duncan Edwards Eklund Ellis Erickson Espinoza Evans Farley Fernandez Ferrari Fischer Fleming Flores
    Foster Fox Franklin Fujimoto Gallagher Garcia Gibson Gomez Gonzalez Graham Grant Greene Griffin Gupta Gutierrez
    Haddad Hall Hansen Harris Hassan Hayes Henderson Hernandez Herrera Hicks Hoffman Holmes Howard Huang Hughes
    Hussein Ibarra Jackson Jansen Jensen Jimenez Johansson Johnson Jones Kapoor Keller Kelly Khan Kim Klein Kowalski
    Kumar Larsen Lawson Lee Lehmann Lewis Lim Lindgren Lopez Lowe Lozano MacDonald Maldonado Marsh Martin Martinez
    Mason Medina Mehta Mendoza Meyer Miller Molina Moore Morales Moreno Morgan Morris Murphy Murray Nakamura
    Navarro Nelson Nguyen Novak Nwosu Obi Ochoa Okafor Oliveira Olsen Ortega Ortiz Osman Owens Park Patel Pearson
    Perez Petrov Pham Phillips Porter Powell Price Quintero Rahman Ramirez Ramos Reed Reyes Richter Rivera Roberts
    Robinson Rodriguez Rojas Romano Rosen Rossi Ruiz Russell Salazar Sanchez Santos Schmidt Schneider Serrano Shah
    Sharma Silva Simmons Singh Smith Soto Spencer Stewart Suarez Sullivan Suzuki Tanaka Taylor Thompson Torres Tran
    Turner Ueda Vargas Vasquez Vega Vogel Wagner Walker Wallace Wang Ward Watanabe Watson Weber Wells West Wheeler
    White Williams Wilson Wong Wood Wright Wu Yamamoto Yang Yilmaz Young Zamora Zhang Zimmerman
""")

SCHOOL_NAMES = _words("""
    Alder Aspen Bayview Birchwood Bluff Brookside Canyon Cedar Cherry Clearwater Cottonwood Cypress Dogwood Eagle
    Elmwood Fairview Foothill Forest Garfield Glenwood Grandview Greenfield Hawthorn Hazel Heritage Hickory
    Highland Hillcrest Juniper Lakeside Laurel Liberty Lincoln Magnolia Maple Meadow Mesa Mulberry Northgate
    Oakdale Orchard Palmer Parkside Pine Prairie Redwood Ridgeline Riverbend Rosewood Sequoia Sierra Spruce
    Summit Sycamore Tamarack Timber Valley Vista Walnut Westfield Willow Woodland
""")
