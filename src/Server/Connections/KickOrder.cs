using Relay.Yjs;

namespace Relay.Connections;

/// <summary>Whose connections are to end, given by an administrator to all nodes.</summary>
/// <param name="UserId">The user (a token's <c>sub</c>); null for all of them.</param>
/// <param name="Document">The document; null for all of them.</param>
/// <param name="MayComeBack">Whether they are told to connect again.</param>
internal sealed record KickOrder(string? UserId, DocumentName? Document, bool MayComeBack)
{
    /// <summary>What they are told.</summary>
    public CloseReason Reason => MayComeBack ? CloseReason.AskedToReconnect : CloseReason.Removed;

    /// <summary>How far the clocks of nodes may be apart.</summary>
    private static readonly TimeSpan ClockDifference = TimeSpan.FromSeconds(30);

    /// <summary>
    /// Whether an order that was given at some time is about what began at another: one that comes late, because a node
    /// could not be reached, is not about who came after it was given.
    /// </summary>
    /// <param name="begunAt">When the connection or the answer began.</param>
    /// <param name="givenAt">When the order was given; null for now.</param>
    public static bool IsAbout(DateTimeOffset begunAt, DateTimeOffset? givenAt) =>
        givenAt is null || begunAt <= givenAt + ClockDifference;

    /// <summary>Whether it is about this user's access to this document, or to the node where that is null.</summary>
    public bool Covers(string? userId, DocumentName? document) =>
        (UserId is null || UserId == userId) && (Document is null || Document == document);
}
