namespace Relay.Yjs;

/// <summary>
/// What a document consists of. What is done with it stands in types of its own that have nothing but these:
/// <see cref="UpdateUnion"/>, <see cref="Integration"/>, <see cref="MapKeys"/>, <see cref="Collector"/>,
/// <see cref="NewsSearch"/>, <see cref="UpdateEncoder"/>.
/// </summary>
/// <param name="garbageCollection">Whether deleted content is dropped.</param>
/// <param name="normalizes">Whether it is found out where each struct belongs.</param>
internal sealed class DocumentTables(bool garbageCollection, bool normalizes)
{
    /// <summary>The structs and the deletes.</summary>
    public ClientTable Clients { get; } = new();

    /// <summary>Where structs belong.</summary>
    public Containers Containers { get; } = new();

    /// <summary>What has changed since the last collection.</summary>
    public PendingChanges Changes { get; } = new();

    public bool GarbageCollection => garbageCollection;

    public bool Normalizes => normalizes;

    /// <summary>
    /// Values whose place is not known yet, and deleted ones under a key, stand one by one. They are never joined here,
    /// and some clients send them cut, others whole: so only this form does not depend on who came first.
    /// </summary>
    public bool IsKeptSingly(in Block block) =>
        normalizes && block.Kind is (BlockKind.Any or BlockKind.Json) && block.Length > 1
            && !Containers.IsInSequence(block);
}
