namespace Relay.Yjs;

/// <summary>How much of an update a document does not have.</summary>
internal enum Novelty
{
    None,
    Part,
    All,
}
