bulk-title = Ret mange på én gang
bulk-count = { $number ->
    [one] 1 tilmelding passer til din søgning.
   *[other] { $number } tilmeldinger passer til din søgning.
  }
bulk-everybody = Du har ikke søgt efter nogen bestemte. Det gælder alle i registret, også dem, der er ophørt.
bulk-filter = Hvem er det?
bulk-act = Hvad skal der ske med dem?
bulk-act-hint = Afmelding gælder kun dem, der er tilmeldt og har bekræftet. Har nogen allerede den sektor eller det niveau, du vælger, sker der ikke noget med dem.
bulk-choose = Vælg
bulk-act-end = Afmeld dem
bulk-act-sector-kommune = Sæt sektor til kommune
bulk-act-sector-region = Sæt sektor til region
bulk-act-sector-stat = Sæt sektor til stat
bulk-act-sector-anden = Sæt sektor til andet sted
bulk-act-level-1 = Sæt ledelsesniveau til topleder
bulk-act-level-2 = Sæt ledelsesniveau til chef
bulk-act-level-3 = Sæt ledelsesniveau til leder
bulk-act-level-andet = Sæt ledelsesniveau til andet
bulk-number = Skriv antallet af tilmeldinger
bulk-number-hint = Tallet står øverst på siden. Vi spørger, så ingen retter flere, end de tror. Det kan fortrydes i 24 timer.
bulk-button = Ret dem
bulk-newest = De seneste rettelser
bulk-state-running = { $number ->
    [one] 1 er rettet indtil nu.
   *[other] { $number } er rettet indtil nu.
  }
bulk-state-done = { $number ->
    [one] 1 er rettet.
   *[other] { $number } er rettet.
  }
bulk-state-undoing = { $number ->
    [one] Fortrydes. 1 mangler.
   *[other] Fortrydes. { $number } mangler.
  }
bulk-state-undone = { $number ->
    [0] Fortrudt. Alt er, som det var.
    [one] Fortrudt. 1 er ændret siden og blev ikke rørt.
   *[other] Fortrudt. { $number } er ændret siden og blev ikke rørt.
  }
bulk-progress = Fremdrift
bulk-may-leave = Du kan godt gå videre til noget andet imens.
bulk-undo-title = Fortryd
bulk-undo-text = Du kan fortryde indtil { $time }. Har nogen selv ændret noget siden, bliver det, som de vil have det.
bulk-undo = Fortryd rettelsen
error-bulk-act = Vælg, hvad der skal ske.
error-bulk-nobody = Ingen passer til søgningen. Søg efter nogle andre.
error-bulk-number = { $number ->
    [one] 1 tilmelding passer til søgningen. Kontrollér, at det er den rigtige, og skriv 1.
   *[other] { $number } tilmeldinger passer til søgningen. Kontrollér, at det er dem, du mener, og skriv tallet.
  }
error-bulk-over = Rettelsen kan ikke længere fortrydes. Genindlæs siden.
bulk-progress-of = { $done } af { $all }
