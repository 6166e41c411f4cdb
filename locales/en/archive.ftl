# The archive: searching, bringing in older issues.
archive-search = Search the issues
archive-kind = Show
archive-all = All issues
archive-kind-ordinary = Ordinary issues
archive-kind-special = Special editions
archive-show = Show
archive-empty = Nothing has been sent yet. Subscribe to get the first issue.
archive-nothing-found = No issue fits. Try fewer words, or show all issues.
archive-feed = Follow in a news reader (Atom)
archive-neighbours = Other issues
archive-before = Previous
archive-after = Next
archive-back = All issues
archive-description = Past issues and special editions, to be read and searched.
archive-year = Year
archive-all-years = All years
archive-theme = Theme
archive-all-themes = All themes
archive-count = { $count ->
    [one] 1 issue
   *[other] { $count } issues
 }
archive-pages = Pages of issues
archive-page = Page { $page } of { $pages }
archive-newer = Newer
archive-older = Older
archive-import = Bring in an older issue
archive-import-about = An issue that was sent before is read as headings, texts, lists and pictures, and then stands in the archive. It has no figures, and it is not sent again.
archive-import-newsletter = Newsletter to put it in
archive-import-subject = Subject line
archive-import-date = Sent on
archive-import-kind = Kind
archive-import-note = Note
archive-import-note-hint = Stands with the date, such as "from the old archive". May be empty.
archive-import-address = Old address
archive-import-address-hint = Did it stand on this site before, such as at /newsletters/no-3.html? Then the old address leads here. May be empty.
archive-import-file = HTML file
archive-import-file-hint = If you have the issue as a file, choose it here. 5 MB at most.
archive-import-html = Or the HTML
archive-import-html-hint = Open the old issue in a browser, show its source, and paste all of it. 5 MB at most.
archive-import-look = See what it becomes
archive-import-save = Put it into the archive
archive-import-result = What it becomes
archive-import-silent = { $count ->
    [one] One picture has no description and is not read aloud.
   *[other] { $count } pictures have no description and are not read aloud.
    }
archive-import-lost = { $count ->
    [one] One picture is left out, because it is not at an https address.
   *[other] { $count } pictures are left out, because they are not at an https address.
    }
archive-import-link = Bring in an older issue
archive-import-errors = The issue cannot be read yet. Put this right:
done-imported = The issue stands in the archive.
error-import-too-large = The HTML is larger than 5 MB. Remove embedded pictures, or split it.
error-import-too-many = The issue becomes more than { $max } blocks. Split it in two.
error-import-empty = There is no text and no picture in the HTML. Paste the source of the whole page.
error-import-date = Write the day on which the issue was sent. It cannot be in the future.
error-import-subject = The subject is longer than 200 characters. Make it shorter.
error-import-note = The note is longer than 100 characters. Make it shorter.
error-import-address = The address cannot be read. Write it as /folder/page.html, 500 characters at most.
error-import-address-host = The address is elsewhere, and cannot be led on from here. Leave the field empty.
error-import-address-ours = The address belongs to something that is here. Leave the field empty.
error-import-address-taken = Another issue has that old address already.
