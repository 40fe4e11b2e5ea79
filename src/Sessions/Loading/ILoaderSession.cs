namespace Relay.Sessions;

/// <summary>What the loader tells its session.</summary>
internal interface ILoaderSession
{
    /// <summary>Whether the session was opened for a save that must be gone through.</summary>
    bool IsSaveDemanded { get; }

    /// <summary>The session hears the channel from now on, while the document is still being loaded.</summary>
    void OnListening();

    /// <summary>The document is put together.</summary>
    void OnLoaded(LoadedDocument loaded);

    /// <summary>It cannot be: the session ends, and the next connection tries again.</summary>
    void OnLoadFailed(RefusalReason reason);
}
