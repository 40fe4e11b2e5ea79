namespace Relay.Persistence;

/// <summary>
/// The steps of one write to a <see cref="DirectorySnapshotStore"/>, in order: where a test lets it fail.
/// </summary>
internal enum DirectoryWriteStep
{
    CreateFolder,
    CreateTemporary,
    WriteTemporary,
    FlushTemporary,
    ReadBack,
    Name,
    RemoveTemporary,
    FlushFolders,
}
