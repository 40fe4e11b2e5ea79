namespace Relay.Startup;

/// <summary>The memory that the runtime manages.</summary>
internal interface IHeap
{
    /// <summary>
    /// Bytes allocated since the process started, to within what threads have taken for themselves in advance.
    /// </summary>
    long Allocated { get; }

    /// <summary>Bytes that were still in use after the last collection.</summary>
    long Survived { get; }

    /// <summary>Begins to collect everything, beside the program.</summary>
    void Collect();

    /// <summary>
    /// Moves what survives together and gives the rest back to the system, while everything else stands still.
    /// </summary>
    void Compact();
}
