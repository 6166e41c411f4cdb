segments-title = Segmenter
segments-lead = Et segment er en gruppe abonnenter, der passer til nogle regler. En udgave kan sendes til et segment, eller til alle undtagen et segment.
segments-empty = Der er ingen segmenter endnu. Opret det første, for eksempel »Chefer i regionerne«.
segments-link = Segmenter
segment-new = Nyt segment
segment-name = Navn
segment-rules = Regler
segment-rules-empty = Der er ingen regler endnu. Vælg herunder, hvad abonnenterne skal have til fælles.
segment-requirement = Krav { $number }
segment-and-mark = og
segment-or = eller
segment-and = , og
segment-add = Tilføj
segment-add-first = Det skal gælde, at
segment-add-and = Det skal også gælde, at
segment-add-or = Eller det er nok, at
segment-condition-remove = Fjern
segment-day = Dato
segment-days = dage
segment-look = Tæl igen
segment-found = Hvem passer?
segment-not-yet = Gør reglerne færdige, og vælg »Tæl igen«. Så viser vi, hvor mange der passer.
segment-of = { $number ->
    [one] 1 abonnent passer lige nu
   *[other] { $number } abonnenter passer lige nu
  } ud af { $all }, der kan få post.
segment-sample = Se op til ti af dem
segment-used = Brugt i
segment-unused = Ingen udgaver bruger segmentet.
segment-used-hint = Udgaverne har deres egen kopi af reglerne. Ændrer du segmentet, spørger en kladde, om den skal følge med.
segment-used-of = De { $shown } nyeste af { $all } udgaver er vist.
segment-remove = Slet segmentet
segment-remove-hint = »{ $name }« slettes. Udgaver, der bruger det, beholder deres kopi af reglerne.
segment-subscribers = { $number ->
    [one] 1 abonnent
   *[other] { $number } abonnenter
  }
segment-issues = { $number ->
    [one] brugt i 1 udgave
   *[other] brugt i { $number } udgaver
  }
segment-not-stated = ikke oplyst
segment-no-issues = Der er ikke udsendt nogen udgave endnu.
segment-issue-gone = en udgave, der er slettet
segment-quoted = »{ $text }«
segment-sentence = Abonnenter, hvor { $rules }.

segment-field-sector = Sektor
segment-field-leadership_group = Ledelsesniveau
segment-field-language = Sprog
segment-field-organisation = Arbejdsplads
segment-field-domain = Mailadressens domæne
segment-field-tracking = Samtykke til måling
segment-field-before = Tilmeldt før en dato
segment-field-since = Tilmeldt siden en dato
segment-field-within = Tilmeldt inden for nogle dage
segment-field-source = Kilde til tilmeldingen
segment-field-attribute = Egenskab fra en import
segment-field-received = Modtaget en udgave
segment-field-clicked = Klikket i en udgave

segment-way-is-sector = Sektoren er
segment-way-not-sector = Sektoren er ikke
segment-way-is-leadership_group = Ledelsesniveauet er
segment-way-not-leadership_group = Ledelsesniveauet er ikke
segment-way-is-language = Sproget er
segment-way-not-language = Sproget er ikke
segment-way-is-organisation = Arbejdspladsen indeholder
segment-way-not-organisation = Arbejdspladsen indeholder ikke
segment-way-is-domain = Adressen hører til
segment-way-not-domain = Adressen hører ikke til
segment-way-is-tracking = Der er samtykke til måling
segment-way-not-tracking = Der er ikke samtykke til måling
segment-way-is-before = Tilmeldt før
segment-way-not-before = Ikke tilmeldt før
segment-way-is-since = Tilmeldt denne dag eller senere
segment-way-not-since = Ikke tilmeldt denne dag eller senere
segment-way-is-within = Tilmeldt inden for de sidste
segment-way-not-within = Ikke tilmeldt inden for de sidste
segment-way-is-source = Tilmeldingen kom fra
segment-way-not-source = Tilmeldingen kom ikke fra
segment-way-is-attribute = Egenskaben er
segment-way-not-attribute = Egenskaben er ikke
segment-way-is-received = Har modtaget mindst én af
segment-way-not-received = Har ikke modtaget nogen af
segment-way-is-clicked = Har klikket i mindst én af
segment-way-not-clicked = Har ikke klikket i nogen af

segment-hint-organisation = Ét navn eller en del af et navn på hver linje. Det er nok, at ét af dem passer.
segment-hint-domain = Ét domæne på hver linje, for eksempel aarhus.dk. Underdomæner er med.
segment-hint-source = Én kilde på hver linje: form for formularen, import for lister, eller det korte navn på en kilde under Tilmelding, for eksempel stand-paa-lederdagen.
segment-hint-attribute = Skriv egenskabens navn, et kolon og værdien, for eksempel Uddannelse: HD. Skriv én egenskab på hver linje, præcis som den står i den liste, du importerede.

segment-is-sector = sektoren er { $values }
segment-not-sector = sektoren ikke er { $values }
segment-is-leadership_group = ledelsesniveauet er { $values }
segment-not-leadership_group = ledelsesniveauet ikke er { $values }
segment-is-language = sproget er { $values }
segment-not-language = sproget ikke er { $values }
segment-is-organisation = arbejdspladsen indeholder { $values }
segment-not-organisation = arbejdspladsen ikke indeholder { $values }
segment-is-domain = adressen hører til { $values }
segment-not-domain = adressen ikke hører til { $values }
segment-is-tracking = der er samtykke til måling
segment-not-tracking = der ikke er samtykke til måling
segment-is-before = tilmeldingen er fra før { $values }
segment-not-before = tilmeldingen ikke er fra før { $values }
segment-is-since = tilmeldingen er fra { $values } eller senere
segment-not-since = tilmeldingen ikke er fra { $values } eller senere
segment-is-within = { $values ->
    [one] tilmeldingen er højst 1 dag gammel
   *[other] tilmeldingen er højst { $values } dage gammel
  }
segment-not-within = { $values ->
    [one] tilmeldingen er mere end 1 dag gammel
   *[other] tilmeldingen er mere end { $values } dage gammel
  }
segment-is-source = tilmeldingen kom fra { $values }
segment-not-source = tilmeldingen ikke kom fra { $values }
segment-is-attribute = egenskaben er { $values }
segment-not-attribute = egenskaben ikke er { $values }
segment-is-received = { $values } er modtaget
segment-not-received = { $values } ikke er modtaget
segment-is-clicked = der er klikket i { $values }
segment-not-clicked = der ikke er klikket i { $values }

done-segment-removed = Segmentet er slettet.
error-segment-name = Giv segmentet et navn.
error-segment-twice = Et andet segment har det navn. Vælg et andet.
error-segments-many = Et nyhedsbrev kan højst have { $most } segmenter. Slet et, der ikke bruges, og prøv igen.
error-segment-empty = Vælg mindst én regel.
error-segment-value = Udfyld reglen, eller fjern den.
error-segment-large = Reglen har for mange eller for lange værdier. Del den i flere.
error-segment-many = Der er flere end { $most } her. Fjern nogle, eller del det op i flere segmenter.
error-segment-one = Skriv kun én værdi.
error-segment-domain = Skriv et domæne, for eksempel aarhus.dk.
error-segment-attribute = Skriv egenskabens navn, et kolon og værdien, for eksempel Uddannelse: HD. Navnet må ikke indeholde tegnene $ " \ [ ].
error-segment-day = Vælg en dato.
error-segment-days = Skriv et antal dage fra 1 til 3660.
error-segment-issue = Vælg en udgave.
error-segment-stale = En anden har gemt segmentet imens. Se det igennem, og gem igen, hvis dine regler skal gælde.

audience-title = Modtagere
audience-now = Som det står nu, går udgaven til { $number } af abonnenterne på »{ $newsletter }«.
audience-link = Vælg modtagere
audience-back = Tilbage uden at gemme
audience-hint = Er intet krydset af, går udgaven til alle. Segmenternes regler kopieres ind i udgaven, når du gemmer.
audience-no-segments = Der er ingen segmenter endnu, så udgaven går til alle.
audience-field-only = Kun til
audience-hint-only = Det er nok at passe til ét af dem.
audience-field-except = Ikke til
audience-hint-except = De, der passer til mindst ét af dem, får ikke udgaven.
audience-field-only_newsletters = Kun til dem, der også får
audience-field-except_newsletters = Ikke til dem, der også får
audience-changed = Reglerne er ændret, siden de blev valgt: { $names }. Gem her for at bruge de nye regler.
audience-only = Kun til { $name }. { $rules }
audience-except = Ikke til { $name }. { $rules }
audience-only-newsletters = Kun til dem, der også får { $names }.
audience-except-newsletters = Ikke til dem, der også får { $names }.
done-audience-saved = Modtagerne er gemt.
error-audience-both = Det samme kan ikke være både »kun til« og »ikke til«.
error-audience-gone = Det valgte findes ikke mere. Vælg igen.
error-audience-correction = En rettelse går til dem, der fik udgaven. Modtagerne kan ikke vælges.
