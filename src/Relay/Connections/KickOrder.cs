using Relay.Yjs;

namespace Relay.Connections;

/// <summary>Whose connections are to end, given by an administrator to all nodes.</summary>
/// <param name="UserId">The user (a token's <c>sub</c>); nothing for everybody.</param>
/// <param name="Document">The document; nothing for all of them.</param>
/// <param name="MayComeBack">Whether they are told to connect again.</param>
internal sealed record KickOrder(string? UserId, DocumentName? Document, bool MayComeBack)
{
    /// <summary>What they are told.</summary>
    public CloseReason Reason => MayComeBack ? CloseReason.AskedToReconnect : CloseReason.Removed;

    /// <summary>Whether it is about this user's access to this document.</summary>
    public bool Covers(string? userId, DocumentName document) => (UserId is null || UserId == userId) && (Document is null || Document == document);
}
