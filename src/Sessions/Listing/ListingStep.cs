namespace Relay.Sessions;

/// <summary>
/// How far this node is into the locator, or out of it. One locator operation at a time: a removal never lands after a
/// later addition.
/// </summary>
internal enum ListingStep
{
    /// <summary>The locator was not told of this session yet.</summary>
    Unlisted,

    /// <summary>This node is in the locator, or is added later because the locator could not be reached.</summary>
    Listed,

    /// <summary>The removal is under way, or is tried again soon.</summary>
    Removing,

    /// <summary>This node is out of the locator.</summary>
    Removed,

    /// <summary>A connection came meanwhile: this node is being added again.</summary>
    Returning,
}
