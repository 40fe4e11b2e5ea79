namespace Relay.Simulation;

/// <summary>An order of events that some schedules have more often than chance makes it.</summary>
internal enum FocusKind
{
    /// <summary>Chance alone.</summary>
    None,

    /// <summary>The log's end is lost while several nodes append.</summary>
    Failovers,

    /// <summary>A node loads a document from one that is reconciling it.</summary>
    Joins,

    /// <summary>A document is deleted and created while a node that has it does not reach the log.</summary>
    Deletions,
}
