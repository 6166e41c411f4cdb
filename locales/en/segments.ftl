segments-title = Segments
segments-lead = A segment is a group of subscribers who fit some rules. An issue can go to a segment, or to everyone but a segment.
segments-empty = There are no segments yet. Make the first one, such as “Managers in the regions”.
segments-link = Segments
segment-new = New segment
segment-name = Name
segment-rules = Rules
segment-rules-empty = There are no rules yet. Choose below what the subscribers must have in common.
segment-requirement = Requirement { $number }
segment-and-mark = and
segment-or = or
segment-and = , and
segment-add = Add
segment-add-first = It must hold that
segment-add-and = It must also hold that
segment-add-or = Or it is enough that
segment-condition-remove = Remove
segment-day = Date
segment-days = days
segment-look = Count again
segment-found = Who fits?
segment-not-yet = Finish the rules and choose “Count again”. Then we show how many fit.
segment-of = { $number ->
    [one] 1 subscriber fits now
   *[other] { $number } subscribers fit now
  } out of { $all } who can get mail.
segment-sample = See up to ten of them
segment-used = Used in
segment-unused = No issue uses the segment.
segment-used-hint = The issues have copies of the rules. When you change the segment, a draft asks whether it should follow.
segment-used-of = The newest { $shown } of { $all } issues are shown.
segment-remove = Delete the segment
segment-remove-hint = “{ $name }” is deleted. Issues that use it keep their copies of the rules.
segment-subscribers = { $number ->
    [one] 1 subscriber
   *[other] { $number } subscribers
  }
segment-issues = { $number ->
    [one] used in 1 issue
   *[other] used in { $number } issues
  }
segment-not-stated = not stated
segment-no-issues = No issue has been sent yet.
segment-issue-gone = an issue that is deleted
segment-quoted = “{ $text }”
segment-sentence = Subscribers where { $rules }.

segment-field-sector = Sector
segment-field-leadership_group = Level of leadership
segment-field-language = Language
segment-field-organisation = Workplace
segment-field-domain = Domain of the address
segment-field-tracking = Consent to being measured
segment-field-before = Subscribed before a date
segment-field-since = Subscribed since a date
segment-field-within = Subscribed within some days
segment-field-source = Source of the subscription
segment-field-attribute = Something else from an import
segment-field-received = Got an issue
segment-field-clicked = Clicked in an issue

segment-way-is-sector = The sector is
segment-way-not-sector = The sector is not
segment-way-is-leadership_group = The level of leadership is
segment-way-not-leadership_group = The level of leadership is not
segment-way-is-language = The language is
segment-way-not-language = The language is not
segment-way-is-organisation = The workplace contains
segment-way-not-organisation = The workplace does not contain
segment-way-is-domain = The address belongs to
segment-way-not-domain = The address does not belong to
segment-way-is-tracking = There is consent to being measured
segment-way-not-tracking = There is no consent to being measured
segment-way-is-before = Subscribed before
segment-way-not-before = Not subscribed before
segment-way-is-since = Subscribed on this day or later
segment-way-not-since = Not subscribed on this day or later
segment-way-is-within = Subscribed within the last
segment-way-not-within = Not subscribed within the last
segment-way-is-source = The subscription came from
segment-way-not-source = The subscription did not come from
segment-way-is-attribute = Other data contain
segment-way-not-attribute = Other data do not contain
segment-way-is-received = Got at least one of
segment-way-not-received = Got none of
segment-way-is-clicked = Clicked in at least one of
segment-way-not-clicked = Clicked in none of

segment-hint-organisation = One name, or a part of one, a line. It is enough that one of them fits.
segment-hint-domain = One domain a line, such as aarhus.dk. Those under it are included.
segment-hint-source = One source a line: form for the form, import for lists, or the short name of a source under Sign-up, such as stand-paa-lederdagen.
segment-hint-attribute = The name, a colon and the value, one a line, such as Education: MBA. Spell both as in the list that you imported.

segment-is-sector = the sector is { $values }
segment-not-sector = the sector is not { $values }
segment-is-leadership_group = the level of leadership is { $values }
segment-not-leadership_group = the level of leadership is not { $values }
segment-is-language = the language is { $values }
segment-not-language = the language is not { $values }
segment-is-organisation = the workplace contains { $values }
segment-not-organisation = the workplace does not contain { $values }
segment-is-domain = the address belongs to { $values }
segment-not-domain = the address does not belong to { $values }
segment-is-tracking = there is consent to being measured
segment-not-tracking = there is no consent to being measured
segment-is-before = the subscription is from before { $values }
segment-not-before = the subscription is not from before { $values }
segment-is-since = the subscription is from { $values } or later
segment-not-since = the subscription is not from { $values } or later
segment-is-within = { $values ->
    [one] the subscription is at most 1 day old
   *[other] the subscription is at most { $values } days old
  }
segment-not-within = { $values ->
    [one] the subscription is more than 1 day old
   *[other] the subscription is more than { $values } days old
  }
segment-is-source = the subscription came from { $values }
segment-not-source = the subscription did not come from { $values }
segment-is-attribute = the other data contain { $values }
segment-not-attribute = the other data do not contain { $values }
segment-is-received = { $values } was received
segment-not-received = { $values } was not received
segment-is-clicked = somebody clicked in { $values }
segment-not-clicked = nobody clicked in { $values }

done-segment-removed = The segment is deleted.
error-segment-name = Give the segment a name.
error-segment-twice = Another segment has that name. Choose another one.
error-segments-many = A newsletter can have { $most } segments at most. Delete one that is not used, and try again.
error-segment-empty = Choose at least one rule.
error-segment-value = Fill in the rule, or remove it.
error-segment-large = The rule has too many values, or too long ones. Make several rules of it.
error-segment-many = There are more than { $most } here. Remove some, or divide it into several segments.
error-segment-one = Write one value only.
error-segment-domain = Write a domain, such as aarhus.dk.
error-segment-attribute = Write the name, a colon and the value, such as Education: MBA. The name must not have the characters $ " \ [ ].
error-segment-day = Choose a date.
error-segment-days = Write a number of days from 1 to 3660.
error-segment-issue = Choose an issue.
error-segment-stale = Somebody else has saved the segment meanwhile. Look through it, and save again if your rules are to hold.

audience-title = Recipients
audience-now = As it stands, the issue goes to { $number } of the subscribers to “{ $newsletter }”.
audience-link = Choose recipients
audience-back = Back without saving
audience-hint = With nothing ticked, the issue goes to everyone. The rules of the segments are copied into the issue when you save.
audience-no-segments = There are no segments yet, so the issue goes to everyone.
audience-field-only = Only to
audience-hint-only = It is enough to fit one of them.
audience-field-except = Not to
audience-hint-except = Those who fit at least one of them do not get the issue.
audience-field-only_newsletters = Only to those who also get
audience-field-except_newsletters = Not to those who also get
audience-changed = The rules have changed since they were chosen: { $names }. Save here to use the new rules.
audience-only = Only to { $name }. { $rules }
audience-except = Not to { $name }. { $rules }
audience-only-newsletters = Only to those who also get { $names }.
audience-except-newsletters = Not to those who also get { $names }.
done-audience-saved = The recipients are saved.
error-audience-both = The same cannot be both “only to” and “not to”.
error-audience-gone = What was chosen is no longer there. Choose again.
error-audience-correction = A correction goes to those who got the issue. Its recipients cannot be chosen.
