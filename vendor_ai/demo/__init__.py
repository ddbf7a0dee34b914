"""The main job on real input: three vendors with real services, two quarters, claims, promises and facts joined."""
