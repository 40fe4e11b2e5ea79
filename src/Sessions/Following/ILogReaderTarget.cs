using Relay.Backplane;
using Relay.Yjs;

namespace Relay.Sessions;

/// <summary>What a <see cref="LogReader"/> reads for.</summary>
internal interface ILogReaderTarget
{
    /// <summary>Entries after this position are read.</summary>
    Position Position { get; }

    /// <summary>Whether entries may be applied: not while the document is loaded or reconciled.</summary>
    bool IsFollowing { get; }

    /// <summary>A read begins: what the log has by now is in it.</summary>
    void OnReadBegun();

    /// <summary>Applies what was read.</summary>
    /// <param name="read">What the log said.</param>
    /// <param name="newest">Without a log, the position of the newest snapshot.</param>
    /// <returns>Whether the log must be read once more.</returns>
    bool TakeRead(LogReadResult read, Position newest);

    /// <summary>A read has ended, whether it succeeded or not: requests go on.</summary>
    void OnReadEnded();
}
