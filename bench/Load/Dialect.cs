namespace Relay.Bench.Load;

/// <summary>How a server is spoken to.</summary>
internal enum Dialect
{
    /// <summary>The document is in the address; messages are as they are.</summary>
    YWebsocket,

    /// <summary>Every message begins with the document's name, and a token comes before everything else.</summary>
    Hocuspocus,
}
