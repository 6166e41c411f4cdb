# Preflight, approval, scheduling and corrections of an issue.
review-title = Approval
review-what = What is to go out?
review-words = The issue is for { $number ->
    [one] 1 subscriber
   *[other] { $number } subscribers
  } to “{ $newsletter }”.
review-sender = Sender
review-writer = Written by
review-asked = Handed in by
review-difference = What has changed?
review-before = { $who } approved an earlier version on { $when }.
review-same = The content is the same as then.
review-decide = Your decision
review-own = You saved the newest version yourself, so a colleague must approve it.
review-approve-hint = You approve the mail, its text version and the web version as they look here, and whom they go to. If any of it is changed, the issue must be approved again.
review-note = Or ask for a change
review-note-hint = Write what should change. Whoever wrote the issue sees it on their desk and at the top of the issue.
review-return = Send back to the author
review-returned-by = { $who } has sent the issue back
done-returned = The issue has been sent back to its author.
desk-review-other = “{ $issue }” waits for a colleague to approve it.
desk-returned = { $who } has sent “{ $issue }” back:
desk-mend = Edit the issue
error-note-empty = Write what should change.
error-note-long = The note has { $length } characters. There is room for { $most }. Make it shorter.
error-review-over = The issue does not wait for approval any more. Load the page again.
error-approval-moved = The issue has changed since you opened the page. Load it again and read it once more.
error-approval-audience = The recipients have changed since the issue was approved. Make it a draft and hand it in again.
error-approval-footer = The footer has changed since the issue was approved. It has to be approved again.
error-approval-title = The newsletter’s name has changed since the issue was approved. It has to be approved again.
error-approval-sender = The sender has changed since the issue was approved. It has to be approved again.
schedule-left = Do not get it now
schedule-left-suppressed = Suppressed address
schedule-left-paused = Paused
schedule-left-pending = Have not confirmed yet
schedule-left-others = Do not want this kind of issue
schedule-sample = See up to ten of the recipients
schedule-forecast-free = The mail server may send as fast as it can. When a recipient's server asks us to wait, we try again for up to { $hours } hours.
schedule-number = Type the number of recipients
schedule-number-hint = It stands at the top of the page. We ask because the number is unusual or because you send in spite of a warning.
schedule-now-hint = Sending begins { $duration } after you have said yes. Until then you can undo it.
error-number-missing = Type the number of recipients as it stands at the top of the page.
error-number-wrong = You typed { $typed }, but the issue goes to { $number }. The number has changed or was mistyped. Check it and type it again.
countdown-title = The issue is about to go
countdown-words = Sending begins in { $seconds ->
    [one] 1 second
   *[other] { $seconds } seconds
  }.
countdown-over = Sending begins now.
countdown-undo = Undo
countdown-hint = If you undo, the issue is a draft again and nobody gets anything.
countdown-again = See how long there is
test-whom = Who is to get the test?
test-me = Me ({ $address })
test-group = { $name } ({ $number ->
    [one] 1 address
   *[other] { $number } addresses
  })
test-other = Another address
test-groups-edit = Edit test groups
test-groups-title = Test groups
test-groups-lead = A test of “{ $newsletter }” can go to a whole group at once, such as the editors or a mailbox in each mail program. A group has room for { $most } addresses.
test-groups-new = New group
test-groups-name = Name
test-groups-addresses = Addresses
test-groups-addresses-hint = One a line.
test-groups-make = Make the group
test-groups-remove = Delete the group
test-groups-remove-hint = “{ $name }” is deleted. Nothing is sent to its addresses, and they are deleted nowhere else.
done-group-saved = The group is saved.
done-group-removed = The group is deleted.
error-test-group-name = Give the group a name.
error-test-group-twice = Another group has that name. Choose another one.
error-test-group-address = “{ $address }” is no mail address. Correct it or remove the line.
error-test-group-many = There are { $number } addresses. There is room for { $most }. Split them into two groups.
error-test-group-empty = Write at least one address.
error-test-groups-many = There is room for { $most } groups. Delete one that is not used.
error-test-both = Give either to or group.
error-test-refused-some = The test went to { $number } but could not be sent to { $addresses }. Check the addresses and try again.
schedule-left-rules = Did not get the issue that is corrected, or do not want this kind
corrections-title = Correct a link
corrections-lead = The issue is sent and cannot be called back, but a link in it can lead elsewhere. Clicks from the mail follow the correction at once where the newsletter counts clicks; otherwise you correct the web version in the archive and can send a correction.
corrections-new = New correction
corrections-second = The correction holds once a colleague has confirmed it.
corrections-link = Which link?
corrections-url = Where is it to lead?
corrections-reason = What is corrected?
corrections-reason-hint = Shown in the archive and in a correction mail, such as “The link to the conference led to a wrong page.”
corrections-button = Correct the link
corrections-done = Corrections
corrections-before = Led to
corrections-after = Leads to
corrections-held = Holds since { $when }. Confirmed by { $who }.
corrections-waits = { $who } asked for it on { $when }. It waits for a colleague.
corrections-confirm = Confirm the correction
corrections-decline = Drop the correction
corrections-mail = Correction mail
corrections-mail-hint = A new draft for those who got the issue and still subscribe. It goes out only when you have read it and planned it like any other.
corrections-mail-button = Write a correction mail
correction-mail-subject = Correction: { $subject }
correction-mail-preheader = A correction to an issue that you have received
correction-mail-title = Correction
correction-mail-intro = There was a mistake in “{ $subject }”, for which we apologise.
archive-corrected = Corrected on { $day }:
done-corrected = The correction is kept.
done-confirmed = The correction holds now.
done-declined = The correction is dropped.
desk-correction = A correction to “{ $issue }” waits for you.
desk-correction-see = See the correction
error-correction-state = Only an issue that was sent from here to everybody can be corrected in this way.
error-correction-link = The issue has no such link. Choose one from the list.
error-correction-same = The link leads there already. Write another address.
error-correction-waits = A correction of that link waits for a colleague already. Confirm or drop it first.
error-correction-reason = Write what is corrected.
error-correction-second = Somebody else than who asked for the correction must confirm it.
error-correction-over = The correction does not wait any more. Load the page again.
preview-view-forced = Forced dark
preview-view-unpictured = Pictures off
preview-about-forced = An approximation: some mail programs turn all colours around by themselves, each in its own way.
preview-about-unpictured = The same mail while the mail program keeps pictures back. Their descriptions stand instead.
preview-readers = Choose a reader
preview-reader-named = With a name
preview-reader-unnamed = Without a name
review-words-when = The issue is for { $number ->
    [one] 1 subscriber
   *[other] { $number } subscribers
  } to “{ $newsletter }” and is meant to go on { $when } ({ $zone }).
schedule-at-proposed = When shall it go? (optional)
schedule-look-hint = First you see who gets it and when. Nothing is scheduled or sent before you say yes.
schedule-sure = Is this how it shall go?
schedule-sure-schedule = Yes, schedule it
schedule-sure-send-now = Yes, send now
schedule-sure-hint = You can take it back until sending begins.
schedule-choose = No, choose again
zone-copenhagen = Copenhagen time
schedule-left-chosen = Are not among the chosen recipients, or do not want this kind of issue
schedule-audience-changed = The rules have changed since they were chosen: { $names }. Choose the recipients again to use the new ones.
schedule-words-held = The issue was to go to { $number ->
    [one] 1 subscriber
   *[other] { $number } subscribers
  } to “{ $newsletter }” on { $when } ({ $zone }) but was held because it was late. Nobody has got it. Send it on the page Delivery, or take it back and choose another time.
schedule-words-cancelled = Sending to { $number ->
    [one] 1 subscriber
   *[other] { $number } subscribers
  } to “{ $newsletter }” on { $when } ({ $zone }) was cancelled. Nobody has got it.
error-schedule-moved = The issue or its recipients have changed since you looked. Look again, and then say yes.
error-submit-over = The issue is no longer a draft. Reload the page.
