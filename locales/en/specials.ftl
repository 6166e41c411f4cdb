palette-petrol = Petrol
palette-sea = Sea blue
palette-forest = Forest green
palette-wine = Wine red
palette-plum = Plum
palette-copper = Copper
palette-slate = Slate
palette-own = Another colour
field-theme-number = Number
hint-theme-number = The number of the special edition in its series. Leave it empty if you do not number them.
error-preflight-number = Another special edition of the newsletter has the same number.
report-ordinary-mean = Mean of { $issues ->
    [one] the one ordinary issue
   *[other] the { $issues } ordinary issues
 } of the year before
report-ordinary-title = Compared with ordinary issues
report-ordinary-none = No ordinary issues were sent in the year before, so there is nothing to compare with.
report-click-rate = Clicks per 1,000 received
report-unsubscribe-rate = Unsubscribed per 1,000 received
report-not-counted = not counted
