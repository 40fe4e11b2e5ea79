using Relay.Yjs;

namespace Relay.Sessions;

/// <summary>What the saver asks the other parts of its session, and tells them.</summary>
internal interface ISaverSession
{
    /// <summary>Where the document stands in its log.</summary>
    Position Position { get; }

    /// <summary>
    /// Whether the document is what its position says, so that a snapshot under that position may be stored.
    /// </summary>
    bool IsWhole { get; }

    /// <summary>Whether the session is on its way out.</summary>
    bool IsBeingLeft { get; }

    /// <summary>Whether requests wait for a snapshot.</summary>
    bool IsSaveRequested { get; }

    /// <summary>The save of the document at a position begins.</summary>
    void OnSaveBegun(Position position);

    /// <summary>A snapshot of this position is stored, by this node or another one.</summary>
    void OnStored(Position position);

    /// <summary>A snapshot cannot be stored now; the save is repeated.</summary>
    void OnSaveFailed();

    /// <summary>
    /// The log is another one than this session follows, as a snapshot shows. Either this session stored one whose
    /// history is over, and the sessions that follow the log may not have seen it; or another node has stored one of
    /// the log as it is now.
    /// </summary>
    void OnHistoryLost();

    /// <summary>A snapshot is stored that the document may lack.</summary>
    void OnSnapshotLacking();

    /// <summary>
    /// What is stored at the document's position does not read and stays: the document needs another position.
    /// </summary>
    void OnPositionTaken();

    /// <summary>A save has ended: requests for one, and leaving, go on.</summary>
    void OnSaveEnded();
}
