namespace Relay.Sessions;

/// <summary>
/// What is recorded of one connection's place at a session. Only the session adds to the figures; they are read after
/// <see cref="Went"/>.
/// </summary>
internal abstract class ConnectionActivity
{
    public long BytesIn { get; set; }

    public long BytesOut { get; set; }

    public long UpdatesIn { get; set; }

    public long UpdatesOut { get; set; }

    /// <summary>The connection has joined the session.</summary>
    public abstract void Came();

    /// <summary>The connection is no longer at the session.</summary>
    public abstract void Went();

    /// <summary>The session ends the connection. Only the first cause that is told counts.</summary>
    public abstract void EndsFor(RefusalReason reason);

    /// <summary>The connection has left. Only the first cause that is told counts.</summary>
    /// <param name="clean">Whether the client said goodbye.</param>
    public abstract void Left(bool clean);
}
