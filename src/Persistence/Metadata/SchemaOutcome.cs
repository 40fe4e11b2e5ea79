namespace Relay.Persistence.Metadata;

/// <summary>Whether this version of the node can work with the store's tables.</summary>
public enum SchemaOutcome
{
    /// <summary>They are as this version needs them, or have just been made so.</summary>
    Ready,

    /// <summary>A newer version has changed them.</summary>
    Newer,

    /// <summary>They were made by other migrations than those of this version.</summary>
    Foreign,
}
