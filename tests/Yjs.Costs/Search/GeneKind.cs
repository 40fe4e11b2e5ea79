namespace Relay.Yjs.Costs;

internal enum GeneKind
{
    Text,
    WideText,
    Values,
    Lists,
    Entry,
    Type,
    Deleted,
    Garbage,
    DeleteRange,

    /// <summary>Everything after it is another update.</summary>
    NextUpdate,

    /// <summary>Each repetition of the gene after it is an update of its own.</summary>
    UpdateEach,
}
