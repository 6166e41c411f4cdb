palette-petrol = Petroleum
palette-sea = Havblå
palette-forest = Skovgrøn
palette-wine = Vinrød
palette-plum = Blomme
palette-copper = Kobber
palette-slate = Skifer
palette-own = En anden farve
field-theme-number = Nummer
hint-theme-number = Særnummerets nummer i rækken. Lad feltet være tomt, hvis I ikke nummererer dem.
error-preflight-number = Et andet særnummer af nyhedsbrevet har samme nummer.
report-ordinary-mean = Gennemsnit af { $issues ->
    [one] den ene ordinære udgave
   *[other] de { $issues } ordinære udgaver
 } i året før
report-ordinary-title = Sammenlignet med ordinære udgaver
report-ordinary-none = Der er ikke sendt ordinære udgaver i året før, så der er ikke noget at sammenligne med.
report-click-rate = Klik pr. 1.000 modtagne
report-unsubscribe-rate = Afmeldinger pr. 1.000 modtagne
report-not-counted = ikke opgjort
