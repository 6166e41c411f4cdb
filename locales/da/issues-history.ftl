# Historik, forskelle og konflikter i udgaver
history-title = Historik
history-back = Tilbage til udgaven
history-lead = Alle gemte versioner. Når du gendanner en, bliver den gemt som en ny version; intet går tabt.
history-versions = Versioner
history-zone = Klokkeslæt: { $zone }
history-from = Fra
history-to = Til
history-when = Gemt
history-who = Af
history-compare-from = Sammenlign fra { $when }
history-compare-to = Sammenlign til { $when }
history-current = Nyeste
history-approved = Godkendt
history-autosave = gemt automatisk, samlet for fem minutter
history-same-as = samme indhold som { $when }
history-changes = Ændringer
history-restore = Gendan denne version
history-compare = Sammenlign de valgte
history-difference = Forskelle fra { $from } til { $to }
history-same = Der er ingen forskelle.
history-count = { $count ->
    [one] Ét sted er anderledes.
   *[other] { $count } steder er anderledes.
  }
history-key-added = tilføjet
history-key-removed = fjernet
history-only-one = Udgaven er kun gemt én gang. Når den er gemt igen, kan du se forskellene her.
history-version = Versionen fra { $when }
history-saved-by = Gemt af { $who }.
history-against-newest = Se forskellene til den nyeste
done-restored = Versionen er gendannet og gemt som den nyeste. Fortryd ved at gendanne den, der nu er nummer to.
change-added = Tilføjet
change-removed = Fjernet
change-changed = Ændret
change-moved = Flyttet
mark-added = Tilføjet:
mark-removed = Fjernet:
mark-only-here = Kun her:
mark-end = (slut)
conflict-count = { $count ->
    [one] Ét sted er anderledes.
   *[other] { $count } steder er anderledes.
  } { $both ->
    [0] Vælg den version, der skal gælde.
    [one] Ét af dem har I begge rettet. Vælg den version, der skal gælde.
   *[other] { $both } af dem har I begge rettet. Vælg den version, der skal gælde.
  }
conflict-both = Begge har rettet
conflict-merge = Gem det valgte
conflict-present = Findes i denne version
block-hidden = Skjult
block-shown = Vises
block-visibility = I udgaven
block-hide = Skjul i udgaven
block-show = Vis i udgaven
error-preflight-hidden = Blokken er skjult og kommer ikke med. Vis den igen, eller fjern den.
