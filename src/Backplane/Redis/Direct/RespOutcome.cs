namespace Relay.Backplane;

/// <summary>How reading one reply ended.</summary>
internal enum RespOutcome
{
    /// <summary>It is there.</summary>
    Whole,

    /// <summary>Its end has not come yet.</summary>
    Partial,

    /// <summary>It is no reply that Redis sends.</summary>
    Invalid,
}
