namespace Relay.Backplane;

/// <summary>What <see cref="LogCleaner"/> is to do next.</summary>
/// <remarks>
/// <code>
///          too much space   step ends      step has copied   segment      step
///          is taken         with more      the segment       removed      failed
/// Rest     Due              -              -                 -            Rest
/// Due      Due              Copying        removes it        Rest or Due  Rest
/// Copying  Copying          Copying        removes it        Rest or Due  Rest
/// </code>
/// </remarks>
internal enum CleaningStage
{
    /// <summary>The segments take no more than they may.</summary>
    Rest,

    /// <summary>The oldest segment is to be removed, and was not begun with.</summary>
    Due,

    /// <summary>Some of the oldest segment was copied.</summary>
    Copying,
}
