namespace Relay.Persistence.Metadata;

/// <summary>What became of a batch.</summary>
public enum BatchOutcome
{
    /// <summary>It is written, now or by an earlier try whose answer was lost.</summary>
    Written,

    /// <summary>
    /// It is written, but the store had marked this node as dead or did not know it: the node writes again which
    /// documents are open.
    /// </summary>
    WrittenByForgottenNode,
}
