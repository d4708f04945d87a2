package place

// Embargoed are the countries with which the United States Treasury (OFAC) forbids nearly all dealings: Cuba, Iran
// and North Korea. It follows the sanctions programmes as they were known when this was written and is no legal
// advice: operators who must comply check it, and configure another list where it no longer fits.
//
// Syria is not on it: that programme ended on 30 June 2025. Nor are Crimea, Donetsk and Luhansk, which are embargoed
// as regions: an address database has them under the code of a country.
func Embargoed() []string { return []string{"CU", "IR", "KP"} }
