using Relay.Doubles;

namespace Relay.Sessions;

/// <summary>
/// A reader in a <see cref="PresenceTrial"/> who says entries of all ids that it hears, under clocks of all sizes, and
/// removes them, on connections that have answered the node or have not.
/// </summary>
internal sealed class PresenceTrialAttacker(World world, Random random, int nodes, Action<string> note)
{
    private static readonly ulong[] Steps = [0, 1, 1, 2, 1 << 16, PresenceClock.MostAhead, PresenceClock.MostAhead + 1];

    public TestConnection? Line { get; private set; }

    public void Step()
    {
        if (Line is null || random.Next(4) == 0)
        {
            Connect();
            return;
        }

        var heard = Line.Presence.Where(entry => entry.Value.State != "null").ToArray();
        if (heard.Length == 0)
        {
            return;
        }

        var (id, (known, _)) = heard[random.Next(heard.Length)];
        var clock = random.Next(4) == 0 ? (1UL << 53) - 1 : known + Steps[random.Next(Steps.Length)];
        var state = random.Next(3) == 0 ? "null" : """{"v":"forged"}""";
        note($"the attacker says {state} of {id} at {clock}");
        Line.Say(Messages.Presence((id, clock, state)));
    }

    private void Connect()
    {
        Line?.Leave(clean: random.Next(2) == 0);
        var node = random.Next(nodes);
        note($"the attacker connects to {node}");
        Line = world.Client(node, AccessLevel.Read, user: "the attacker");
        if (random.Next(2) == 0)
        {
            Line.Say(Messages.Step2([0, 0]));
        }
    }
}
