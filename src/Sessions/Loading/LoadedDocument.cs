namespace Relay.Sessions;

/// <summary>What a load found.</summary>
/// <param name="State">The document.</param>
/// <param name="Look">The number of the look at the log that the load was.</param>
/// <param name="IsListed">Whether this node stands in the locator for it; if not, it could not be reached.</param>
/// <param name="Peer">What another node said of it; null if none was asked or answered.</param>
/// <param name="IsPeerElsewhere">That node follows a history that is not the stored one, and may not know it.</param>
internal sealed record LoadedDocument(
    DurableState State, long Look, bool IsListed, PeerState? Peer, bool IsPeerElsewhere);
