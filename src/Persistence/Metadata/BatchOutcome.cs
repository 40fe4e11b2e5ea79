namespace Relay.Persistence.Metadata;

/// <summary>What became of a batch.</summary>
public enum BatchOutcome
{
    /// <summary>It is written, now or by an earlier try whose answer was lost.</summary>
    Written,

    /// <summary>
    /// It is written, but the store took this node for dead or did not know it: the node must say again which rooms are
    /// open.
    /// </summary>
    WrittenByForgottenNode,
}
