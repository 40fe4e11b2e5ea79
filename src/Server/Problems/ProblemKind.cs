namespace Relay.Problems;

/// <summary>
/// A kind of refusal that says more than its status: programs may tell it from others by its type, which stays as it
/// is. <c>docs/protocol.md</c> has a table of them.
/// </summary>
/// <param name="Name">What its type ends in.</param>
/// <param name="Title">What it is in general, in a few words.</param>
internal sealed record ProblemKind(string Name, string Title)
{
    public static readonly ProblemKind NoDocument = new("no-document", "There is no such document");

    public static readonly ProblemKind DocumentDeleted = new("document-deleted", "The document was deleted");

    public static readonly ProblemKind BadUpdate = new("bad-update", "The body is no Yjs update");

    public static readonly ProblemKind DocumentUnreadable = new("document-unreadable",
        "The stored document cannot be read");

    public static readonly ProblemKind StoreUnavailable = new("store-unavailable",
        "A store cannot be reached at the moment");

    public static readonly ProblemKind Token = new("token", "The token does not do");

    public static readonly ProblemKind WouldLose = new("would-lose", "Something would be lost");

    public static readonly ProblemKind Limit = new("limit", "A limit is reached");

    /// <summary>A URI reference (RFC 3986) into the documentation.</summary>
    public string Type => "docs/protocol.md#problem-" + Name;
}
