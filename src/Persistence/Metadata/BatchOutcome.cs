namespace Relay.Persistence.Metadata;

/// <summary>What became of a batch.</summary>
public enum BatchOutcome
{
    /// <summary>It is written, now or by an earlier try whose answer was lost.</summary>
    Written,

    /// <summary>It is written, but this node had been taken for dead, or the database had never heard of it: it must say again which rooms are open.</summary>
    WrittenByForgottenNode,
}
