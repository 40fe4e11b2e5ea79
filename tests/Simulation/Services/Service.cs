namespace Relay.Simulation;

/// <summary>Whether a service can be reached, as a whole and by single processes.</summary>
internal sealed class Service(string name)
{
    private readonly HashSet<Process> cutOff = [];

    public string Name { get; } = name;

    public bool IsDown { get; set; }

    public bool IsReachedBy(Process process) => !IsDown && !cutOff.Contains(process);

    public void CutOff(Process process) => cutOff.Add(process);

    /// <summary>Says whether the process had been cut off.</summary>
    public bool Reconnect(Process process) => cutOff.Remove(process);

    public void Heal()
    {
        IsDown = false;
        cutOff.Clear();
    }
}
