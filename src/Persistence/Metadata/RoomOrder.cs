namespace Relay.Persistence.Metadata;

/// <summary>How documents are sorted; equal ones in the order in which they were first used.</summary>
public enum RoomOrder
{
    /// <summary>By name, in the order of its UTF-8 bytes.</summary>
    Name,

    /// <summary>Those used last come first.</summary>
    LastUse,

    /// <summary>Largest first.</summary>
    Size,

    /// <summary>Those with most connections now come first.</summary>
    Connections,
}
