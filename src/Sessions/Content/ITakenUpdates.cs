namespace Relay.Sessions;

/// <summary>Which updates of a connection are on their way into the log: later ones may build on them.</summary>
internal interface ITakenUpdates
{
    /// <summary>Adds an update.</summary>
    /// <param name="extent">What it covers, if all of it is new and that is known; then it is not read.</param>
    /// <param name="update">The bytes.</param>
    /// <param name="content">What is logged.</param>
    void Add(in InputExtent extent, ReadOnlyMemory<byte> update, IContent content);
}
