namespace Relay.Bench.Broadcast;

/// <summary>Who is at one address.</summary>
internal sealed class Room
{
    private readonly Lock gate = new();
    private readonly List<Member> members = [];

    public void Add(Member member)
    {
        lock (gate)
        {
            members.Add(member);
        }
    }

    public void Remove(Member member)
    {
        lock (gate)
        {
            members.Remove(member);
        }
    }

    public void Send(byte[] message, Member from)
    {
        lock (gate)
        {
            foreach (var member in members)
            {
                if (member != from)
                {
                    member.Post(message);
                }
            }
        }
    }
}
