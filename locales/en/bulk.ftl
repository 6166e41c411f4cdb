bulk-title = Change many at once
bulk-count = { $number ->
    [one] 1 subscription fits your search.
   *[other] { $number } subscriptions fit your search.
  }
bulk-everybody = You have not searched for anybody in particular. This is about everybody in the register, also those who have left.
bulk-filter = Who are they?
bulk-act = What shall happen with them?
bulk-act-hint = Ending is about those only who subscribe and have confirmed. Those who already are what you choose are not changed.
bulk-choose = Choose
bulk-act-end = End their subscriptions
bulk-act-sector-kommune = Set the sector to municipality
bulk-act-sector-region = Set the sector to region
bulk-act-sector-stat = Set the sector to state
bulk-act-sector-anden = Set the sector to elsewhere
bulk-act-level-1 = Set the level to top leader
bulk-act-level-2 = Set the level to manager of managers
bulk-act-level-3 = Set the level to front-line leader
bulk-act-level-andet = Set the level to another
bulk-number = Type the number of subscriptions
bulk-number-hint = It stands at the top of the page. We ask so that nobody changes more than they think. It can be undone for 24 hours.
bulk-button = Change them
bulk-newest = The latest changes
bulk-state-running = { $number ->
    [one] 1 has been changed so far.
   *[other] { $number } have been changed so far.
  }
bulk-state-done = { $number ->
    [one] 1 was changed.
   *[other] { $number } were changed.
  }
bulk-state-undoing = { $number ->
    [one] Being undone. 1 is left.
   *[other] Being undone. { $number } are left.
  }
bulk-state-undone = { $number ->
    [0] Undone. Everything is as it was.
    [one] Undone. 1 was changed since and was not touched.
   *[other] Undone. { $number } were changed since and were not touched.
  }
bulk-progress = Progress
bulk-may-leave = You can go on with something else meanwhile.
bulk-undo-title = Undo
bulk-undo-text = You can undo it until { $time }. Those who have changed something themselves since are left alone.
bulk-undo = Undo the change
error-bulk-act = Choose what shall happen.
error-bulk-nobody = Nobody fits the search. Search for others.
error-bulk-number = { $number ->
    [one] 1 subscription fits the search. Check that it is the right one, and type 1.
   *[other] { $number } subscriptions fit the search. Check that it is those you mean, and type the number.
  }
error-bulk-over = The change can no longer be undone. Reload the page.
bulk-progress-of = { $done } of { $all }
