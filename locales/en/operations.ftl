board-days = Day by day over the past year
board-months = Show the figures month by month
board-notes = All status notes
board-nothing = There is no newsletter yet. The figures come here when the editors have begun.
board-subscribers = Subscribers to { $newsletter }
desk-change = Change in a year
desk-growth = See the growth
desk-service = The service
desk-service-database-away = The database does not answer. Look into the program's log.
desk-service-database-not-let-in = The database does not let us in. Look into the program's log.
desk-service-database-ok = The database answers
desk-service-database-too-slow = The database answers too slowly
desk-service-late = { $count ->
    [one] 1 mail about a subscription should have gone more than 10 minutes ago. See whether the mail server answers and whether confirmations are held back.
   *[other] { $count } mails about subscriptions should have gone more than 10 minutes ago. See whether the mail server answers and whether confirmations are held back.
  }
desk-service-no-late = No mails about subscriptions wait
desk-service-ok = All right
desk-service-relay-away = The mail server does not answer. See whether it runs and whether the address in MAIL_URL is right.
desk-service-relay-not-let-in = The mail server does not let us in. See whether name and password in MAIL_URL are right.
desk-service-relay-ok = The mail server answers
desk-service-relay-too-slow = The mail server answers too slowly
desk-service-wrong = Needs attention
desk-subscribers = Subscribers
