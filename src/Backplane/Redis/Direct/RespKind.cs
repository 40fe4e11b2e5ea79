namespace Relay.Backplane;

/// <summary>What Redis says, as far as a <see cref="DirectConnection"/> tells it apart.</summary>
internal enum RespKind
{
    /// <summary>The answer to a command: a string, or null.</summary>
    Answer,

    /// <summary>The answer to a command that was refused or failed.</summary>
    Error,

    /// <summary>The answer to a command, of a form whose content does not matter here.</summary>
    Done,

    /// <summary>A channel is subscribed to.</summary>
    Subscribed,

    /// <summary>A channel is not subscribed to any more.</summary>
    Unsubscribed,

    /// <summary>A message of a channel.</summary>
    Message,

    /// <summary>Something that was not asked for and does not matter here.</summary>
    Other,
}
