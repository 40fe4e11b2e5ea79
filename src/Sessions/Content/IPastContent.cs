namespace Relay.Sessions;

/// <summary>
/// The state vector that a content had before its last updates, which are taken away one after another, the last one
/// first.
/// </summary>
internal interface IPastContent
{
    /// <summary>Goes back before an update that brought what was new in it, and no more.</summary>
    /// <param name="update">The bytes.</param>
    /// <param name="read">What reading them said: null the first time, then kept beside them by the caller.</param>
    void Remove(ReadOnlyMemory<byte> update, ref object? read);

    /// <summary>The state vector now.</summary>
    byte[] EncodeStateVector();
}
