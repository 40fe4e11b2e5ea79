namespace Relay.Backplane;

/// <summary>When a <see cref="FileLog"/> brings what it wrote to the disk (<c>FileStore:Fsync</c>).</summary>
public enum FlushPolicy
{
    /// <summary>
    /// In the background, so that no byte waits longer than a second: a killed process loses no entry, a power cut at
    /// most the last second. A disk that is slower than that makes appends wait.
    /// </summary>
    EverySecond,

    /// <summary>Before an append completes and before a listener sees it; one flush for all that wait.</summary>
    Always,

    /// <summary>When a segment is full, and at start and end. Otherwise the operating system decides.</summary>
    Never,
}
