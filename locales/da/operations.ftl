board-days = Dag for dag det seneste år
board-months = Vis tallene måned for måned
board-notes = Alle statusnotater
board-nothing = Der er intet nyhedsbrev endnu. Tallene kommer her, når redaktionen er i gang.
board-subscribers = Abonnenter på { $newsletter }
desk-change = Ændring på et år
desk-growth = Se udviklingen
desk-service = Driften
desk-service-database-away = Databasen svarer ikke. Se i programmets log.
desk-service-database-not-let-in = Databasen lukker os ikke ind. Se i programmets log.
desk-service-database-ok = Databasen svarer
desk-service-database-too-slow = Databasen svarer for langsomt
desk-service-late = { $count ->
    [one] 1 mail om en tilmelding skulle have været sendt for over 10 minutter siden. Se, om mailserveren svarer, og om bekræftelser er holdt tilbage.
   *[other] { $count } mails om tilmeldinger skulle have været sendt for over 10 minutter siden. Se, om mailserveren svarer, og om bekræftelser er holdt tilbage.
  }
desk-service-no-late = Ingen mails om tilmeldinger venter
desk-service-ok = I orden
desk-service-relay-away = Mailserveren svarer ikke. Se, om den kører, og om adressen i MAIL_URL er rigtig.
desk-service-relay-not-let-in = Mailserveren lukker os ikke ind. Se, om navn og adgangskode i MAIL_URL er rigtige.
desk-service-relay-ok = Mailserveren svarer
desk-service-relay-too-slow = Mailserveren svarer for langsomt
desk-service-wrong = Kræver handling
desk-subscribers = Abonnenter
