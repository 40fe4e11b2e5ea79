using Relay.Yjs;

namespace Relay.Sessions;

/// <summary>What a <see cref="Reconciler"/> puts together anew.</summary>
internal interface IReconcilerTarget
{
    /// <summary>Where the document stands in its log.</summary>
    Position Position { get; }

    /// <summary>A reconcile begins: entries are held until it ends.</summary>
    void OnReconcileBegun();

    /// <summary>The document stands here, in the history that was put together.</summary>
    void MoveTo(Position position);

    /// <summary>Applies what arrived during the reconcile; another one may begin by that.</summary>
    void ReleaseHeld();

    /// <summary>The document was deleted: what this session has of it is of the document before.</summary>
    void OnDeleted();
}
