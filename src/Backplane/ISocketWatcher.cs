namespace Relay.Backplane;

/// <summary>What <see cref="ISocketLoops"/> tell.</summary>
public interface ISocketWatcher
{
    /// <summary>There may be something to read, or its end, or room to write. Throws nothing.</summary>
    void OnReady(bool readable, bool writable);
}
