"""Pages for people, written from the code and the documents: a page a policy and a rule, and what the program takes.

Pages are text by name; where they go is the command's affair. Nothing here knows the date: the same documents and the
same version give the same bytes. Whatever a document says is escaped, for a pack may be anybody's.
"""
