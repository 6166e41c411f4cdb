library-title = Library
library-new = Add to the library
library-search = Search in title, summary, series, place and tags
library-search-button = Search
library-kind = Kind
library-all-kinds = All kinds
library-kind-article = Article
library-kind-publication = Publication
library-kind-podcast = Podcast
library-kind-event = Event
library-kind-ecourse = E-course
library-kind-tool = Tool
library-kind-project = Project
library-kind-image = Image
library-only-pictures = No articles, publications or other items fit, but the pictures below do.
library-all-pictures = See all pictures that fit
library-show-archived = Show what is put aside, too
library-empty = The library is empty. Paste the address of the first article, publication or podcast above; then it can be picked when you write an issue.
library-nothing-found = Nothing was found. Try fewer words, another kind or another language.
library-field-title = Title
library-summary = Summary
library-summary-hint = One to three sentences. They are suggested as the text when you pick the item for an issue.
library-addresses = Addresses
library-addresses-hint = One a line. The first is the one that is linked. The others are recognised as the same item.
library-date = Date
library-date-hint = Write as much as you know: 2017-08-25, 2017-08 or 2017.
library-series = Series
library-series-hint = The name of the podcast, for example.
library-number = Number in the series
library-groups = Whom is it for?
library-group-1 = Væksthus 1: top leaders
library-group-2 = Væksthus 2: managers of managers
library-group-3 = Væksthus 3: front-line leaders
library-place = Place
library-place-hint = For events only.
library-image = Picture
library-image-hint = Choose a picture, or write an address that begins with https://.
library-valid-until = Valid until
library-valid-until-hint = For example 2017-10-31. Leave it empty if it is always valid.
library-language = Language
library-all-languages = All languages
library-language-da = Danish
library-language-en = English
library-used-in = Used in
library-not-used = No issue links to it yet.
library-issues = Issues that link to it
library-archived = Put aside
library-outdated = Expired
library-archive = Put aside
library-archive-hint = It is no longer suggested for new issues. Issues that were sent go on linking to it. You can always take it back.
library-restore = Take it back
library-pages = Pages
library-previous = Previous page
library-next = Next page
done-library-archived = Put aside. You can take it back at the bottom of the page.
done-library-restored = Taken back.
error-library-date = Write the date as 2017-08-25, 2017-08 or 2017.
error-library-day = Write the day as 2017-10-31.
error-library-number = The number must be a whole number from 1 up.
error-library-image = The picture's address must begin with https://. Correct it, or choose a picture.
error-library-address = "{ $address }" is no web address. It must begin with https:// or http://.
error-library-address-twice = "{ $address }" is there twice.
error-library-address-taken = "{ $address }" already belongs to "{ $title }".
library-paste = Paste an address
library-paste-hint = Copy the address of an article, a podcast or an event and paste it here. We fetch title, summary, picture and date from the page.
library-paste-button = Fetch the page
library-proposed = Check the fields and save
library-proposed-text = The fields hold what the page says of itself. Nothing is saved yet.
done-library-known = The address is in the library already. Here it is.
error-fetch-address = This is no web address that we can fetch. Copy the address from the browser's address bar; it begins with https://.
error-fetch-credentials = The address has a user name in it. Take out what stands before the @ and try again.
error-fetch-port = We fetch pages from the usual ports only. Take out the colon and the number after the name, or ask whoever runs the service to add the name to FETCH_ALLOW.
error-fetch-inside = The address leads to a closed network, and we fetch nothing from there. Use the public address, or ask whoever runs the service to add the name to FETCH_ALLOW.
error-fetch-unreachable = We could not connect to the page. That does not mean that it is gone: check that the address is written correctly and try again in a while. You can also fill in the fields yourself.
error-fetch-slow = The page did not answer within ten seconds. Try again in a while, or fill in the fields yourself.
error-fetch-large = The page is larger than 2 MB, and we do not read it. Fill in the fields yourself.
error-fetch-kind = At this address is no web page but a file ({ $kind }). Paste the address of the page that tells about the file, or fill in the fields yourself.
error-fetch-gone = There is no such page (404). Check the address, or look for the page on the site.
error-fetch-closed = The page wants a sign-in or does not let programs read it. Readers may well be able to open it; fill in the fields yourself.
error-fetch-status = The site answered with error { $status }. The page is not necessarily gone: try again in a while, or fill in the fields yourself.
error-fetch-redirects = The address leads on in circles. Open it in the browser and copy the address where you end.
error-fetch-untitled = The page does not say what it is called. Add it to the library with a title, and pick it here afterwards.
library-only-new = Only news from feeds
library-is-new = New
library-from-feed = Fetched from the feed "{ $name }".
feeds-title = Feeds
feeds-lead = Follow a site's feed (RSS, Atom or JSON Feed). New entries are put into the library and marked "New" until somebody has looked at them.
feeds-url = Address of the feed
feeds-url-hint = You can also paste the address of the front page; we find the feed when the page names it.
feeds-name = Name
feeds-kind = Entries become
feeds-preview = See what it has
feeds-add = Add the feed
feeds-found = The feed has { $count ->
    [one] one entry
   *[other] { $count } entries
  }
feeds-found-nothing = There are no entries yet. You can add the feed all the same; we read it every six hours.
feeds-found-hint = These are the newest. When you add the feed, at most 200 entries are put into the library; those that are there already are left alone.
feeds-empty = You follow no feeds yet. Paste the address of the first one above.
feeds-items = In the library
feeds-last = Last read
feeds-paused = Paused
feeds-read = Fetch now
feeds-pause = Pause
feeds-resume = Resume
feeds-remove = Remove
feeds-remove-one = Remove "{ $name }"
feeds-remove-hint = The feed is read no more. What was fetched stays in the library.
done-feed-added = The feed is added and was read.
done-feed-read = The feed was read.
done-feed-failed = The feed could not be read this time. The reason stands beside it.
done-feed-paused = The feed is paused.
done-feed-resumed = The feed is read again.
done-feed-removed = The feed is removed. What was fetched is still in the library.
error-feed-none = We found no feed at this address. Look for a link called RSS or Feed on the site and copy its address.
error-feed-known = The feed is there already. You find it in the list.
error-feed-entities = The feed has abbreviations of its own (ENTITY), which can grow without end, and is not read. Ask the site for an ordinary feed.
error-feed-nested = The feed is nested deeper than a feed for readers is, and is not read. Ask the site for an ordinary feed.
error-feed-many = The feed has more entries than we read (5,000). Ask the site for a feed of the newest.
library-tag = Tag
library-all-tags = All tags
library-tags = Tags
library-tags-hint = Part them with commas. They can be searched for.
library-tags-known = Used before:
library-outdated-text = It has expired and is not suggested for new issues. Change "Valid until" if it can still be used.
library-addresses-use = Use of the addresses
library-address-linked = The one that is linked
library-address-issues = { $count ->
    [0] no issue links to it
    [one] one issue links to it
   *[other] { $count } issues link to it
  }
library-address-gone = There is no such page (answers { $status })
library-related = Belongs together with
library-related-none = It is not related to anything else in the library. Relate an article to the publication that it is about, for example.
library-related-about = Is about
library-related-by = Is told about in
library-about = Is about
library-about-hint = Write the address or the whole title of something in the library.
library-about-add = Relate them
library-unrelate = Remove
library-unrelate-one = Remove the relation to "{ $title }"
done-library-related = Related. When one of them is put into an issue, the other is suggested.
done-library-unrelated = The relation is removed.
error-library-about-none = We did not find it in the library. Add it first, or check the address or the title.
error-library-about-many = Several in the library have that title. Write the address instead.
error-library-about-itself = It cannot be about itself. Write the address or the title of another one.
error-library-tags-many = There is room for { $most } tags. Take some of them out.
error-library-tag-long = The tag "{ $tag }" is too long. A tag may have at most { $most } characters.
move-title = Move addresses
move-lead = Use this when a site has new addresses. The old ones stay with the same item, so that clicks go on adding up.
move-old = Addresses that begin with
move-old-hint = For example http://lederweb.dk/artikel
move-new = are to begin with
move-new-hint = For example https://www.lederweb.dk/viden
move-map = Or a list of redirects
move-map-hint = One a line: the old address, a comma or semicolon, the new one. Then the fields above are not used.
move-preview = See what would change
move-change-rule = Change the rule
move-plan = { $count ->
    [0] Nothing changes
    [one] One item gets a new address
   *[other] { $count } items get a new address
  }
move-plan-nothing = No addresses fit the rule. Check that it begins exactly as in the library, with http:// or https://.
move-plan-table = Addresses that change
move-plan-more = … and { $count } more.
move-plan-taken = { $count ->
    [one] One new address already belongs to another item. It is not changed:
   *[other] { $count } new addresses already belong to other items. They are not changed:
  }
move-plan-unknown = { $count ->
    [one] One address of the list is not in the library.
   *[other] { $count } addresses of the list are not in the library.
  }
move-plan-hint = Nothing is changed yet. You can undo it for 30 days.
move-do = { $count ->
    [one] Move one
   *[other] Move { $count }
  }
move-before = Now
move-after = Becomes
move-done = Moves of the last 30 days
move-none = No addresses have been moved yet.
move-items = { $count ->
    [one] one got a new address
   *[other] { $count } got a new address
  }
move-undone = Undone
move-undo = Undo
move-undo-one = Undo { $rule }
done-library-moved = The addresses are moved. The old ones are still known as the same.
done-library-move-undone = The move is undone.
done-library-move-partly = The move is undone, but what was changed in the meantime was left alone.
error-move-prefix = Write the beginning of a web address with https:// or http://.
error-move-same = The two are the same. Write what the addresses are to begin with instead.
error-move-line = Line { $line } cannot be read. Write two whole web addresses with a comma or semicolon between them.
error-move-twice = The address in line { $line } is there twice. Take one of them out.
error-move-many = The list may have { $most } lines at most. Split it.
error-move-nothing = No addresses fit the rule any more. See what would change and try again.
error-move-undone = The move was undone already, or it is more than 30 days old. Make a move in the other direction instead.
items-title = Import
items-lead = Take in many at once from a spreadsheet. Every line is judged before anything is saved.
items-file = Choose a CSV file
items-file-hint = Save the spreadsheet as CSV. The lines of the file are shown in the field below.
items-file-unread = The file is larger than 1 MB. Split it into several.
items-rows = Lines
items-rows-hint = Copy them from the spreadsheet with their headings. The columns are { $columns }; only title must be there. Commas, semicolons and tabs may part them.
items-update = Also change those whose address is in the library already
items-check = Check the lines
items-import = { $count ->
    [one] Import one
   *[other] Import { $count }
  }
items-verdicts = { $count ->
    [one] One line
   *[other] { $count } lines
  }, { $taken } can be used
items-line = Line
items-verdict = What becomes of it?
items-outcome-new = New
items-outcome-update = Is changed
items-outcome-known = Is there already and is left alone
items-outcome-twice = The address stood in a line before
items-outcome-wrong = Cannot be used
items-done = { $count ->
    [0] Nothing was imported
    [one] One was imported
   *[other] { $count } were imported
  }
items-see = See the library
error-items-unreadable = The lines cannot be read as a table. Check that every quotation mark is closed.
error-items-no-title = There is no column with the heading title. Add it in the first line.
error-items-many = There may be { $most } lines at a time. Split them.
error-items-language = The language is not known. Write da or en, or leave it empty.
error-items-kind = The kind is not known. Use article, publication, podcast, event, ecourse, tool or project.
error-items-groups = Leadership groups are written as 1, 2 and 3, for example "2,3".
links-title = Dead links
links-lead = Once a week we look whether links in the library, in issues that were sent and in old issues in the archive still work. Links in drafts are checked shortly after they were saved.
links-off = Checking links is switched off (LINK_CHECKS). Ask whoever runs the service to switch it on.
links-none-checked = No links have been checked yet. Add something to the library; we check it within an hour.
links-all-well = All is well. { $count ->
    [one] One link was checked.
   *[other] { $count } links were checked.
  }
links-again = Check them again
links-dead = Dead
links-dead-about = The pages were not there twice, a day apart. Change the address in the library, or put the item aside.
links-broken = Maybe dead
links-broken-about = The pages were not there the last time. They are checked again after a day.
links-unsure = Could not be checked
links-unsure-about = That does not mean that they are dead: the page may want a sign-in, be busy or turn programs away. Open them yourself if in doubt.
links-status = answers { $status }
links-no-answer = does not answer
links-since = since { $at }
links-further = (one of its other addresses; take it out if nobody uses it any more)
links-used = Used in
done-links-again = They will be checked again within a few minutes.
error-preflight-dead = The link { $url } answers { $status }: there is no such page. Change the address, or take the link out.
error-preflight-unsure = The link { $url } could not be checked. It is not necessarily dead; open it yourself before the issue is sent.
library-more-import = Import a spreadsheet
