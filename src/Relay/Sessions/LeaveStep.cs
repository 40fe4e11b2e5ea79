namespace Relay.Sessions;

/// <summary>
/// How far a session is out of the locator. One locator operation at a time: a remove never lands after a later add.
/// </summary>
internal enum LeaveStep
{
    /// <summary>This node is in the locator.</summary>
    None,

    /// <summary>The removal is under way.</summary>
    Removing,

    /// <summary>This node is out of the locator.</summary>
    Removed,

    /// <summary>A connection came meanwhile: this node is being added again.</summary>
    Returning,
}
