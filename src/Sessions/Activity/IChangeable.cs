namespace Relay.Sessions;

/// <summary>What a <see cref="ChangedList{T}"/> lists. Both members belong to the list's lock.</summary>
internal interface IChangeable
{
    /// <summary>Its place in the list; -1 while it is not listed.</summary>
    int ListedAt { get; set; }

    /// <summary>It is taken from the list: the next change has to list it again.</summary>
    void OnTaken();
}
