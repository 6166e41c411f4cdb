# Everybody at one domain is moved to another
moves-title = Move a domain
moves-lead = When a workplace has a new domain, for instance because two regions have become one, you can move all addresses at once. Subscriptions, consents and history come along, and the number of subscribers on past days does not change.
moves-new-title = A new move
moves-change = Change it and try again
moves-old = Old domain
moves-old-hint = What stands after the @ now, for instance regionsjaelland.dk
moves-new = New domain
moves-new-hint = What is to stand after the @ instead. Letters such as æ, ø and å are fine.
moves-list = Or several domains at once
moves-list-hint = One on each line: the old domain, a comma or semicolon, the new one. Then the two fields above are not used.
moves-when = Who is to be moved?
moves-when-now = Everybody, at once
moves-when-bounce = Only those whose old address is refused
moves-when-hint = When a server says that the old address does not exist, the person gets the new one instead of being suppressed, and the next issue goes there. If the old domain is closed for good, move everybody at once: when too many are refused, the sending stops.
moves-preview = See what happens

moves-plan = { $count ->
    [one] Dry run: 1 person has an old address
   *[other] Dry run: { $count } people have an old address
    }
moves-plan-nobody = Nobody in the register has an address at the old domain. Check the spelling.
moves-plan-what = What happens
moves-plan-people = People
moves-plan-examples = Examples
moves-plan-erased = Of people who were erased we only know an imprint of the old address. It cannot follow to the new domain.
moves-plan-nothing = There is nobody to move.
moves-plan-hint = Nothing has changed yet. People are not told of the move. You can undo it for 30 days, and we keep the old addresses that long. Segments that ask for the old domain no longer find them.
moves-plan-hint-bounce = Nothing has changed yet. People are not told when they are moved. You can undo each move for 30 days, and we keep the old address that long.
moves-do = { $count ->
    [one] Move 1 person
   *[other] Move { $count } people
    }
moves-do-bounce = { $count ->
    [one] Move 1 person if the address is refused
   *[other] Move those whose address is refused (at most { $count })
    }

moves-verdict-moved = Get the new address
moves-about-moved = Subscriptions, consents and history come along.
moves-verdict-merged = Become one with who has the new address
moves-about-merged = The two are one person with the consents of both, and count as one from today. It cannot be undone.
moves-verdict-suppressed = Suppressed at the old address
moves-about-suppressed = They stay where they are and still get nothing. If they unsubscribed or complained, or you suppressed them, the new address is suppressed too.
moves-verdict-shut = Suppressed at the new address
moves-about-shut = They keep the old address, because the new one must not get anything.
moves-verdict-left = Unsubscribed at the new address
moves-about-left = They keep the old address, because at the new one somebody has said no.
moves-verdict-double = Would get the same new address as somebody else
moves-about-double = They keep the old address, because they may be two different people. They can change it themselves on their own page.
moves-verdict-pending = Have not confirmed
moves-about-pending = They keep the old address, because that is where the confirmation was sent.
moves-verdict-invalid = The new address would not be valid
moves-about-invalid = They keep the old address.

moves-none = No domain has been moved yet.
moves-earlier = Earlier moves
moves-domains = Domains
moves-state = State
moves-begun = Begun
moves-by = By
moves-state-running = Being moved
moves-state-waiting = Waits for refusals
moves-state-done = Moved
moves-state-stopped = Stopped
moves-state-undoing = Being undone
moves-state-undone = Undone
moves-about-now = Begun by { $name }: everybody, at once.
moves-about-bounce = Begun by { $name }: only those whose old address is refused.
moves-finished = Done { $time }
moves-working-running = The addresses are being moved
moves-working-undoing = The move is being undone
moves-progress = Progress
moves-progress-of = { $done } of { $all }
moves-may-leave = You can close this page. The work goes on, also when the server restarts.
moves-count-changes = Moved
moves-count-moved = Got the new address
moves-count-merged = Became one
moves-count-suppressed = Suppressed at the old
moves-count-shut = Suppressed at the new
moves-count-left = Unsubscribed at the new
moves-count-double = Would get the same address
moves-count-pending = Have not confirmed
moves-count-invalid = New address not valid
moves-count-undone = Moved back
moves-count-kept = Could not be moved back
moves-stop-title = Stop the move
moves-stop-text = Then whoever's address is refused is suppressed as usual. Those who were moved keep the new address.
moves-stop = Stop the move
moves-undo-title = Undo the move
moves-undo-text = You can undo it until { $time }. People then get their old address again; not those who have changed it themselves since, who have been suppressed at the new one, or whose old address somebody else has by now. After that we delete the old addresses.
moves-undo-text-bounce = The move stops, and the people who were moved within the last 30 days get their old address again; not those who have changed it themselves since, who have been suppressed at the new one, or whose old address somebody else has by now.
moves-undo-merged = { $count ->
    [one] 1 person has become one with another. They cannot be parted again.
   *[other] { $count } people have become one with others. They cannot be parted again.
    }
moves-undo = Undo the move

error-domain-invalid = Write a domain such as regionsjaelland.dk, without what stands before the @.
error-domain-same = The two domains are the same. Write the new domain here.
error-domain-line = Line { $line } cannot be read. Write two domains with a comma or semicolon between them.
error-domain-twice = The domain on line { $line } stands there twice, or is to be moved to itself. Change the line.
error-domain-chain = The new domain on line { $line } also stands as an old one. Make two moves, one after the other.
error-domain-many = The list may have { $most } lines at most. Split it.
error-domain-changed = The number has changed: there are { $count } to move now. Look through the dry run and press again.
error-domain-nobody = There is nobody to move. The dry run says why.
error-domain-busy = The domain is part of another move that has not ended. Wait until it is done, or stop it.
error-domain-state = The move has gone on meanwhile. Load the page again to see how it is going.

data-moves = Addresses you were moved from
